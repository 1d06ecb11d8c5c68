// What a hostile case is: bytes for a connection, or a request; and the answer that it must get.

export interface Expected {
  readonly status: number;
  /** Of the problem; absent where the answer is none. */
  readonly code?: string;
}

/** Sent as it stands over a connection of its own. */
export interface RawCase extends Expected {
  readonly name: string;
  readonly bytes: string | Uint8Array;
}

/** Posted to /v1/compute unless it says otherwise. */
export interface RequestCase extends Expected {
  readonly name: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes go as they are, anything else as JSON. */
  readonly body: unknown;
}
