// How much memory JSON.parse may take for a text, estimated from its bytes before it is asked.
//
// JSON.parse runs inside V8, where no limit of a worker's heap can interrupt it: a text that needs more than the heap has
// ends the whole process, not the worker alone (V8 13.6). So it must be known beforehand that there is room.

import { isAscii } from 'node:buffer';
import { RequestError } from '../../routes/errors.ts';

const code = (character: string): number => character.charCodeAt(0);

/**
 * Bytes of memory that each of these characters may stand for: an item of a list, a list, an object, a member with a name of its own.
 * Measured as the growth of the resident set while lists of a million such values were parsed, and rounded up.
 */
const weights = new Uint8Array(256);
weights[code(',')] = 20;
weights[code('[')] = 85;
weights[code('{')] = 135;
weights[code(':')] = 120;

/** The heaviest text that stays within the depth of a body, `{"":{"":…`: bytes of memory for each of its own. */
const heaviest = 65;

/** Throws a RequestError where parsing the text could take more than `most` bytes of memory. */
export function refuseHeavy(text: Uint8Array, most: number): void {
  if (text.length * heaviest <= most) return;
  // V8 keeps what is beyond Latin-1 in two bytes a character.
  let weight = isAscii(text) ? text.length : 2 * text.length;
  for (let i = 0; i < text.length && weight <= most; i++) weight += weights[text[i]];
  if (weight <= most) return;
  throw new RequestError('E_LIMIT', [
    {
      pointer: '',
      message: `Reading the body may take more than ${most} bytes of memory: it has too many values for that.`,
      hint: 'Large tensors count little where they are lists of numbers alone, or base64.',
    },
  ]);
}
