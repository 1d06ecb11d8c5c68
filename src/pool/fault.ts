// What a request is answered with whose worker failed by a mistake of ours.

import { RequestError } from '../../routes/errors.ts';

/** A mistake of ours in a worker; `trace` is for the log alone. */
export class WorkerFault extends RequestError {
  readonly trace: string;

  constructor(trace: string) {
    super('E_INTERNAL', [
      { message: 'This is a mistake of the server, not of the request.', hint: 'Report it with the id in "instance".' },
    ]);
    this.trace = trace;
  }
}
