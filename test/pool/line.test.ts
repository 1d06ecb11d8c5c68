// A line against a Set under random comings and goings.

import { expect, test } from 'vitest';
import type { Standing } from '../../src/line.ts';
import { Line } from '../../src/line.ts';
import { createRandom } from '../calculus/random.ts';

interface Person extends Standing {
  readonly name: number;
}

test('what comes and goes stands in the order of a Set', () => {
  const random = createRandom('line');
  const line = new Line<Person>();
  const set = new Set<Person>();
  const people: Person[] = Array.from({ length: 20 }, (_, name) => ({ name }));
  for (let turn = 0; turn < 2000; turn++) {
    const person = people[Math.floor(random.uniform(0, people.length))];
    if (set.has(person)) {
      expect(line.delete(person)).toBe(true);
      set.delete(person);
    } else {
      expect(line.delete(person)).toBe(false);
      line.add(person);
      set.add(person);
    }
    const names = [...set].map(({ name }) => name);
    expect([...line].map(({ name }) => name)).toEqual(names);
    expect([line.size, line.first?.name, line.last?.name]).toEqual([names.length, names[0], names.at(-1)]);
  }
});

test('who has left holds on to nobody, and one line knows nothing of another', () => {
  const [a, b, c]: Person[] = [{ name: 1 }, { name: 2 }, { name: 3 }];
  const line = new Line<Person>();
  for (const person of [a, b, c]) line.add(person);
  expect(line.delete(b)).toBe(true);
  expect(b).toEqual({ name: 2 });
  expect(line.after(a)).toBe(c);
  expect(new Line<Person>().delete(a)).toBe(false);
});

test('a walk goes on when what it is at leaves', () => {
  const line = new Line<Person>();
  for (let name = 0; name < 5; name++) line.add({ name });
  const seen: number[] = [];
  for (const person of line) {
    seen.push(person.name);
    line.delete(person);
  }
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  expect(line.size).toBe(0);
});
