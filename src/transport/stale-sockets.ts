import { net, nodeFs } from './node-modules.js';

/**
 * Removes the file of a Unix domain socket that no process listens at any more: a process that was killed leaves it behind,
 * and it would keep every later one from listening. A file of another kind is never touched, nor is a socket that
 * accepts connections, or that this process may not connect to.
 *
 * @param error - that listening at the path has failed with.
 * @returns whether it was removed.
 */
export async function removeStaleSocket(path: string, error: unknown): Promise<boolean> {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return false;
  const before = socketAt(path);
  if (before === null || !(await isRefused(path))) return false;
  // Meanwhile another process may have done the same, and listen there.
  if (socketAt(path) !== before) return false;
  try {
    nodeFs().unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The identity of the socket file at a path; `null` for anything else. */
function socketAt(path: string): string | null {
  try {
    const stat = nodeFs().lstatSync(path, { throwIfNoEntry: false });
    return stat?.isSocket() === true
      ? `${String(stat.dev)}:${String(stat.ino)}:${String(stat.ctimeMs)}`
      : null;
  } catch {
    return null;
  }
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code === 'ECONNREFUSED');
    });
  });
}
