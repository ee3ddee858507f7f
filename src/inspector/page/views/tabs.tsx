import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

interface TabsProps<Name extends string> {
  readonly tabs: readonly Name[];
  readonly chosen: Name;
  readonly choose: (tab: Name) => void;
  readonly children: ComponentChildren;
}

/** Panels, one visible at a time; arrow keys switch between them. */
export function Tabs<Name extends string>({
  tabs,
  chosen,
  choose,
  children,
}: TabsProps<Name>): ComponentChildren {
  const list = useRef<HTMLDivElement>(null);
  const move = ({ key }: KeyboardEvent): void => {
    const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
    const next = tabs[(tabs.indexOf(chosen) + step + tabs.length) % tabs.length];
    if (step === 0 || next === undefined) return;
    choose(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Details" ref={list} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab}
            id={`tab-${tab}`}
            type="button"
            role="tab"
            aria-selected={tab === chosen}
            aria-controls="tab-panel"
            tabIndex={tab === chosen ? 0 : -1}
            onClick={() => choose(tab)}
          >
            {tab}
          </button>
        ))}
      </div>
      <div class="tab-panel" id="tab-panel" role="tabpanel" tabIndex={0} aria-labelledby={`tab-${chosen}`}>
        {children}
      </div>
    </>
  );
}
