/** Rows as text in columns; numbers are right-aligned, with thousands separators. */
export function formatTable(header: string[], rows: (string | number)[][]): string {
  const text = rows.map((row) => row.map((cell) => cell.toLocaleString('en-US')));
  const widths = header.map((title, i) => Math.max(title.length, ...text.map((row) => row[i].length)));
  const format = (cells: string[], row?: (string | number)[]) =>
    cells
      .map((cell, i) => (typeof row?.[i] === 'number' ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  const line = widths.map((width) => '-'.repeat(width)).join('  ');
  return [format(header), line, ...text.map((cells, i) => format(cells, rows[i]))].join('\n');
}
