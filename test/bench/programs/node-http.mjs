// The smallest server of node:http, for the time it takes to start.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain');
  response.end('Hello, world!');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
