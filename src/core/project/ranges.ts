/** Whether a range allows only older releases; false for a range that is not a plain one. */
export function isBelow(range: string, major: number, minor = 0): boolean {
  return range.split('||').every((each) => {
    const newest = newestIn(each.trim());
    if (newest === undefined) return false;
    return newest[0] < major || (newest[0] === major && newest[1] < minor);
  });
}

/** The newest major and minor release in a range such as `^6.3.0`, `~6.3`, `6.x` or `5.9.1`. */
function newestIn(range: string): readonly [major: number, minor: number] | undefined {
  const parts = /^([\^~=v]?)\s*v?(\d+)(?:\.(\d+|[x*]))?(?:\.(?:\d+|[x*])[\w.+-]*)?$/.exec(range);
  if (parts === null) return undefined;
  const [, sign, major, minor] = parts;
  const isOpen = sign === '^' || minor === undefined || /[x*]/.test(minor);
  return [Number(major), isOpen && Number(major) > 0 ? Number.POSITIVE_INFINITY : Number(minor ?? 0)];
}
