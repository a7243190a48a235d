import xterm from '@xterm/headless';

/** Lines that stay after they have left the window; more than any conversation has. */
const SCROLLBACK = 1000;

/** What a terminal of so many columns shows, from its first line on, after all that was written to it. */
export async function screenOf(output: string, columns: number): Promise<string> {
  const buffer = await bufferOf(output, columns);
  const lines = Array.from(
    { length: buffer.length },
    (_, y) => buffer.getLine(y)?.translateToString().trimEnd() ?? '',
  );
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The lines that the terminal broke at its last column, in the middle of a word as it may be. */
export async function linesTooLong(output: string, columns: number): Promise<string[]> {
  const buffer = await bufferOf(output, columns);
  const isBroken = (y: number): boolean =>
    buffer.getLine(y)?.isWrapped === false && buffer.getLine(y + 1)?.isWrapped === true;
  return Array.from({ length: buffer.length }, (_, y) => y)
    .filter(isBroken)
    .map((y) => buffer.getLine(y)?.translateToString() ?? '');
}

/** The number of characters on it that have a colour or are bold or dim. */
export async function styledCells(output: string, columns: number): Promise<number> {
  const buffer = await bufferOf(output, columns);
  let styled = 0;
  for (let y = 0; y < buffer.length; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const cell = buffer.getLine(y)?.getCell(x);
      if (cell?.getChars().trim() && !(cell.isAttributeDefault() && cell.isFgDefault())) styled += 1;
    }
  }
  return styled;
}

async function bufferOf(output: string, columns: number) {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows: 50,
    scrollback: SCROLLBACK,
    allowProposedApi: true,
  });
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  return terminal.buffer.normal;
}
