import { Component, type ComponentChildren } from 'preact';

interface BoundaryProps {
  readonly children: ComponentChildren;
}

/** Keeps an error of a view from taking the page with it: what is shown may come from any program and any file. */
export class Boundary extends Component<BoundaryProps, { readonly error: Error | null }> {
  override readonly state = { error: null };

  override componentDidCatch(error: unknown): void {
    this.setState({ error: error instanceof Error ? error : new Error(String(error)) });
  }

  override render(
    { children }: BoundaryProps,
    { error }: { readonly error: Error | null },
  ): ComponentChildren {
    if (error === null) return children;
    return (
      <main>
        <div class="notice" role="alert">
          <p>This cannot be shown: {error.message}</p>
          <button
            type="button"
            onClick={() => {
              location.hash = '';
              this.setState({ error: null });
            }}
          >
            Back to all
          </button>
        </div>
      </main>
    );
  }
}
