/** One thing that a `fetch` over the dispatcher has to do. */
export type Cell = (context: unknown) => Promise<void>;
export function cellsOf(subject: string): Record<string, Cell>;
export function runCell(subject: string, cell: Cell, library: object): Promise<void>;
