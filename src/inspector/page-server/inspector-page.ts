import {
  SELECTION_OPTIONS,
  SessionInspection,
  type InspectionTarget,
  type SessionSelection,
} from '../../inspect/session-inspection.js';
import { checkOptions, describeValue, KnownNames } from '../../errors/index.js';
import { HTTPServer } from '../../server/index.js';
import { systemClock, type Clock } from '../../transport/index.js';
import { INSPECTOR_PORT } from '../inspector-port.js';
import { InspectionModel } from '../model/inspection-model.js';
import { Access } from './access.js';
import { readAssets } from './assets.js';
import { PageFeeds } from './page-feeds.js';
import { ModelSink } from './model-sink.js';
import { packageCharts } from './package-charts.js';
import { pageRoutes } from './page-routes.js';
import { ActorFeeds } from './actor-feeds.js';

/** Where the page listens, and which sessions of this process it shows. */
export interface InspectorPageOptions extends SessionSelection {
  /** The address to listen on. @defaultValue '127.0.0.1' */
  readonly host?: string | undefined;
  /**
   * Other names of the page, such as `['mybox.local']`: hosts without scheme and port. Requests under another name than
   * these and those of this machine are refused with 403, and so are reports from pages of other hosts. Default: none.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** The port to listen on; 0 picks a free one. @defaultValue 8090 */
  readonly port?: number | undefined;
  /** Sessions, servers and clients of this process to show from the start. Default: none. Other programs may report theirs. */
  readonly of?: SessionSelection['of'];
  /** Where time comes from; tests pass a virtual clock. @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
  /** @internal The folder of the page, if not that of the package. */
  readonly assets?: string | undefined;
}

const OPTIONS = new KnownNames('option of InspectorPage.open()', [
  ...['host', 'port', 'allowedHosts', 'clock', 'assets'],
  ...SELECTION_OPTIONS,
]);

const LOOPBACK = '127.0.0.1';

/**
 * The offline page: it shows the sessions of this process, and the machines that other programs report as
 * `createWebSocketInspector` of `@statelyai/inspect` does. It is read-only.
 *
 * It keeps the process alive until it is closed, as a server does.
 *
 * @example
 * ```ts
 * const server = new HTTPServer(handler);
 * const page = await InspectorPage.open({ port: 0, of: [server] });
 * console.log(page.url);
 * await page.close();
 * ```
 */
export class InspectorPage implements AsyncDisposable {
  /** @internal */
  readonly model: InspectionModel;
  readonly #host: string;
  readonly #server: HTTPServer;
  readonly #inspection: SessionInspection;
  readonly #sink: ModelSink;
  readonly #feeds: PageFeeds;
  readonly #actorFeeds: ActorFeeds;

  private constructor(options: InspectorPageOptions) {
    const { host = LOOPBACK, port: _, clock = systemClock, of = [], assets: folder, ...rest } = options;
    const { allowedHosts, ...selection } = rest;
    const access = new Access(host, allowedHosts);
    const assets = readAssets(folder);
    this.#host = host;
    this.model = new InspectionModel({ now: () => clock.wallTime(), charts: packageCharts });
    this.#sink = new ModelSink(this.model, clock);
    try {
      this.#inspection = new SessionInspection(this.#sink, { ...selection, of });
    } catch (error) {
      this.#sink.close();
      throw error;
    }
    this.#feeds = new PageFeeds(this.model, clock);
    this.#actorFeeds = new ActorFeeds(this.model, clock);
    const parts = { access, assets, feeds: this.#feeds, actorFeeds: this.#actorFeeds };
    this.#server = new HTTPServer(pageRoutes({ model: this.model, ...parts }), { clock });
  }

  /**
   * Opens the page; resolves once it listens.
   *
   * @throws Error if the page is not built; the system's error if the address cannot be used; what `inspectSessions`
   * throws for an invalid selection; TypeError for an unknown option, a host or a name that is none
   */
  static async open(options: InspectorPageOptions = {}): Promise<InspectorPage> {
    checkOptions('InspectorPage.open()', options, OPTIONS);
    const { host }: { readonly host?: unknown } = options;
    if (host !== undefined && (typeof host !== 'string' || host === '')) {
      throw new TypeError(
        `InspectorPage.open(): host must be a host name or an address (got ${describeValue(host)})`,
      );
    }
    const page = new InspectorPage(options);
    try {
      await page.#server.listen({ host: page.#host, port: options.port ?? INSPECTOR_PORT });
      return page;
    } catch (error) {
      await page.close();
      throw error;
    }
  }

  /** The port of the page; 0 once it is closed. */
  get port(): number {
    const { address } = this.#server;
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The address of the page: `http://127.0.0.1:8090`. */
  get url(): string {
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host;
    return `http://${host}:${String(this.port)}`;
  }

  /** Starts to show a session, a server with all its sessions, or a client. @throws TypeError for anything else */
  add(target: InspectionTarget): void {
    this.#inspection.add(target);
  }

  /** Stops showing a session, a server with its sessions, or a client; recorded changes stay. */
  remove(target: InspectionTarget): void {
    this.#inspection.remove(target);
  }

  /** Closes the page. Idempotent. */
  async close(): Promise<void> {
    this.#inspection.close();
    this.#sink.close();
    this.#feeds.close();
    this.#actorFeeds.close();
    await this.#server.stop();
  }

  /** Closes the page. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
