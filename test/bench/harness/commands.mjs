/**
 * The child's half of the harness: answers the parent's commands over IPC, and ends when the parent is gone.
 *
 * @param {Record<string, (args: any) => unknown>} commands
 */
export function answerCommands(commands) {
  process.on('disconnect', () => process.exit());
  process.on('message', async (/** @type {any} */ { id, command, args }) => {
    try {
      const known = commands[command];
      if (known === undefined) throw new Error(`unknown command ${command}`);
      process.send?.({ id, result: await known(args) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.stack : String(error) });
    }
  });
}
