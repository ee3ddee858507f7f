import { format, resolveConfig } from 'prettier';

/** A block of code with its language. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of code of a page, in order. */
export function codeBlocks(page: string): readonly CodeBlock[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
    language,
    code,
  }));
}

/** The cells of all rows of all tables of a page, without the heads. */
export function tableRows(page: string): readonly (readonly string[])[] {
  const tables = page.matchAll(/^\|.*\|\n\|[ |:-]+\|\n((?:\|.*\|\n?)*)/gm);
  return [...tables].flatMap(([, body = '']) =>
    body
      .trim()
      .split('\n')
      .map((row) =>
        row
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim()),
      ),
  );
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A page as Prettier formats it in this project. */
export async function formatted(page: string, path: string): Promise<string> {
  const file = new URL(`../../../${path}`, import.meta.url);
  return await format(page, { ...(await resolveConfig(file)), parser: 'markdown' });
}
