// Serves requests under OpenTelemetry's instrumentation of node:http, on sessions or not, and prints the spans.
const { context, trace } = require('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
const { getRPCMetadata } = require('@opentelemetry/core');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} = require('@opentelemetry/sdk-trace-base');

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
registerInstrumentations({ tracerProvider, instrumentations: [new HttpInstrumentation()] });

const http = require('node:http');
const net = require('node:net');
const { onSessions } = require('http-session-machine/node');

const parents = [];
const server = http.createServer((request, response) => {
  const metadata = getRPCMetadata(context.active());
  if (metadata !== undefined) metadata.route = `/route${request.url}`;
  const span = trace.getSpan(context.active());
  request.resume().on('end', () => {
    const own = tracerProvider.getTracer('test').startSpan('work');
    parents.push(own.parentSpanContext?.spanId === span?.spanContext().spanId);
    own.end();
    if (request.url === '/lost') response.write('begun');
    else response.writeHead(request.url === '/bad' ? 500 : 200).end('hello');
  });
});
if (process.argv[2] === 'sessions') onSessions(server, { halfClosed: 'gone' });

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const client = net.connect(port, '127.0.0.1');
  const paths = ['/a', '/bad', '/lost'];
  const ask = () => client.write(`GET ${paths.shift()} HTTP/1.1\r\nHost: test\r\n\r\n`);
  client.on('data', (piece) => {
    if (piece.includes('begun')) client.destroy();
    else if (piece.includes('0\r\n\r\n') || piece.includes('hello')) setTimeout(ask, 10);
  });
  client.on('close', () => server.close());
  ask();
});

/** A span of a request, and one of its work. */
const ALL = 6;

function report() {
  const finished = exporter.getFinishedSpans();
  if (finished.length < ALL) return setImmediate(report);
  const changing = ['net.host.port', 'net.peer.port', 'server.port', 'network.peer.port', 'client.port'];
  const masked = Object.fromEntries(changing.map((key) => [key, 0]));
  const spans = finished.map(({ name, kind, status, attributes }) => {
    return { name, kind, status, attributes: { ...attributes, ...masked } };
  });
  process.stdout.write(JSON.stringify({ parents, spans }));
}

server.on('close', report);
