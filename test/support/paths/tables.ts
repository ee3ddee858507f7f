import { readFileSync } from 'node:fs';

/** A table of a Markdown file: the heading it stands under, and its rows by the names of the columns. */
export interface Table {
  readonly heading: string;
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** All tables of a Markdown file. */
export function tablesOf(file: URL): Table[] {
  const [, ...sections] = readFileSync(file, 'utf8').split(/^## /m);
  return sections.map((section) => {
    const [heading = '', ...lines] = section.split('\n');
    const [head = [], , ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf);
    return {
      heading,
      rows: rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? '']))),
    };
  });
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim());
}
