import type { ComponentChildren } from 'preact';

import type { ActorDetail } from '../../model/shapes.js';
import { formatCount } from '../logic/format.js';

interface ChildrenProps {
  readonly actor: ActorDetail;
  /** Shows another actor. */
  readonly open: (id: string) => void;
}

/** The children of an actor. */
export function Children({ actor, open }: ChildrenProps): ComponentChildren {
  const { children, childCount } = actor;
  return (
    <>
      {children.length < childCount && (
        <p class="hint">
          The newest {formatCount(children.length)} of {formatCount(childCount)}
        </p>
      )}
      <table aria-label="Children">
        <thead>
          <tr>
            {['Name', 'State', 'Transitions'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {children.map(({ id, name, state, transitions }) => (
            <tr key={id}>
              <td>
                <button type="button" class="link" onClick={() => open(id)}>
                  {name}
                </button>
              </td>
              <td>{state}</td>
              <td>{formatCount(transitions)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
