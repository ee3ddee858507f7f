import { parseOptions, refuseMore } from './arguments.js';
import { INSPECTOR_PORT, openTellablePage } from './inspector.js';
import { nextEndSignal, tell, type CommandIO } from './io.js';
import { bareHost, portOption } from './serve.js';

/** `http-session inspect`: the page alone, for programs that tell of themselves, until a signal ends it. */
export async function inspectPrograms(args: readonly string[], io: CommandIO): Promise<number> {
  const { values, positionals } = parseOptions(args, {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: String(INSPECTOR_PORT) },
  });
  refuseMore(positionals, 0);
  const page = await openTellablePage({
    host: bareHost(values.host),
    port: portOption('--port', values.port),
  });
  tell(io.stdout, `listening on ${page.url}`);
  tell(io.stderr, `programs tell of themselves at ${page.url.replace(/^http/, 'ws')}`);
  await nextEndSignal(io.signals);
  await page.close();
  return 0;
}
