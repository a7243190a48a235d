import xterm from '@xterm/headless';

/** Lines that are kept after they scroll out of the window; more than any conversation has. */
const SCROLLBACK = 1000;

/** Everything that a terminal of the given width shows after this output, from its first line on. */
export async function screenOf(output: string, columns: number): Promise<string> {
  const buffer = await bufferOf(output, columns);
  const lines = Array.from(
    { length: buffer.length },
    (_, y) => buffer.getLine(y)?.translateToString().trimEnd() ?? '',
  );
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The lines that the terminal broke at its last column, possibly within a word. */
export async function linesTooLong(output: string, columns: number): Promise<string[]> {
  const buffer = await bufferOf(output, columns);
  const isBroken = (y: number): boolean =>
    buffer.getLine(y)?.isWrapped === false && buffer.getLine(y + 1)?.isWrapped === true;
  return Array.from({ length: buffer.length }, (_, y) => y)
    .filter(isBroken)
    .map((y) => buffer.getLine(y)?.translateToString() ?? '');
}

/** The number of characters that have a colour or are bold or dim. */
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
