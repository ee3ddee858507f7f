// The smallest server of this package, for the time it takes to start. The argument is its module.
const { HTTPServer } = await import(process.argv[2]);

const server = new HTTPServer((request, response) => {
  response.setContentType('text/plain');
  response.end('Hello, world!');
});
const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
console.log(port);
