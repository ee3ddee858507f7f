/** What was seen of a suite, as far as it is judged. */
interface Seen {
  readonly title: string;
  readonly failures: readonly { readonly name: string; readonly error: string }[];
}

export function judge(
  outcomes: readonly Seen[],
  reasons?: Readonly<Record<string, Readonly<Record<string, string>>>>,
): {
  readonly judged: readonly { readonly title: string; readonly name: string; readonly reason: string }[];
  readonly complaints: readonly string[];
};
