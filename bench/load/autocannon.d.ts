// As much of autocannon's interface as the load bench uses: the package brings no types.

declare module 'autocannon' {
  interface Request {
    body?: string | Buffer;
    path?: string;
    setupRequest?: (request: Request, context: object) => Request;
  }

  interface Options extends Request {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    readonly method: 'GET' | 'POST';
    readonly headers?: Readonly<Record<string, string>>;
    readonly requests?: readonly Request[];
    /** Requests a second, over all connections. */
    readonly overallRate?: number;
    /** Seconds until a request counts as lost. */
    readonly timeout?: number;
  }

  interface Result {
    readonly '2xx': number;
    readonly non2xx: number;
    readonly errors: number;
    readonly timeouts: number;
    /** Seconds. */
    readonly duration: number;
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number; readonly p99_9: number; readonly max: number };
  }

  export default function autocannon(options: Options): Promise<Result>;
}
