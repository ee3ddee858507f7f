// Is recorded until a file is written, and has nothing else to do then: it ends.
import { recordSessions } from 'http-session-machine/inspect';

const busy = setInterval(() => undefined, 60_000);
const recorder = recordSessions({
  folder: process.argv[2],
  signal: 'SIGUSR2',
  onFile: ({ path }) => {
    console.log(path);
    clearInterval(busy);
  },
});
console.log(`recording ${recorder.size} sessions`);
