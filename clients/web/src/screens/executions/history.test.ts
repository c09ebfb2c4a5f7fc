import { create } from "@bufbuild/protobuf";
import { type Execution, ExecutionSchema } from "@gennaker/client/gen/execution";
import { beforeEach, expect, test } from "vitest";
import { History } from "./history.ts";

const SIZE = 10;
let stored: Execution[];
let reads: string[];

function made(number: number): Execution {
  return create(ExecutionSchema, { name: `applications/a/executions/${String(number).padStart(4, "0")}` });
}

/** Newest first, by keyset, as the server does. */
async function read(token: string) {
  reads.push(token);
  const rest = stored.filter(({ name }) => !token || name < token).sort((a, b) => (a.name < b.name ? 1 : -1));
  const executions = rest.slice(0, SIZE);
  return { executions, nextPageToken: rest.length > SIZE ? (executions.at(-1)?.name ?? "") : "" };
}

const ids = (history: History) => history.state().rows.map(({ name }) => Number(name.slice(-4)));
const look = (history: History, first: number, last: number) => {
  const names = history.state().rows.slice(first, last + 1).map(({ name }) => name);
  history.see(names[0] ?? "", names.at(-1) ?? "");
};
const held = (history: History) => history.state().rows.filter(({ execution }) => execution).length;

beforeEach(() => {
  stored = Array.from({ length: 300 }, (_, index) => made(index * 2));
  reads = [];
});

test("pages follow one another until there are no more", async () => {
  stored = stored.slice(0, 25);
  const history = new History(read);
  await history.more();
  expect([history.state().rows.length, history.state().complete]).toEqual([10, false]);
  await Promise.all([history.more(), history.more()]);
  await history.more();
  await history.more();
  expect([history.state().rows.length, history.state().complete, reads.length]).toEqual([25, true, 3]);
});

test("only the pages around what is seen are held, and come back", async () => {
  const history = new History(read);
  for (let page = 0; page < 30; page++) {
    await history.more();
    look(history, page * SIZE, page * SIZE + 5);
  }
  expect(history.state().rows).toHaveLength(300);
  expect(held(history)).toBe(5 * SIZE);
  look(history, 0, 5);
  await Promise.resolve();
  await new Promise((done) => setTimeout(done));
  expect(history.state().rows.slice(0, 10).every(({ execution }) => execution)).toBe(true);
  expect(held(history)).toBe(SIZE);
});

test("a page that has grown in between comes back whole", async () => {
  const history = new History(read);
  for (let page = 0; page < 12; page++) await history.more();
  look(history, 115, 119);
  stored.push(...Array.from({ length: 7 }, (_, index) => made(580 + index * 2 + 1)));
  look(history, 0, 5);
  await new Promise((done) => setTimeout(done));
  const first = ids(history);
  expect(new Set(first).size).toBe(first.length);
  expect(first).toEqual([...first].sort((a, b) => b - a));
  expect(first).toContain(581);
});

test("what has ended since stands at its place, once", async () => {
  const history = new History(read);
  await history.more();
  history.add([made(599), made(585), made(590), made(3)]);
  expect(ids(history)).toEqual([599, 598, 596, 594, 592, 590, 588, 586, 585, 584, 582, 580]);
});

test("many new ones become a page that can be let go", async () => {
  const history = new History(read);
  for (let page = 0; page < 10; page++) await history.more();
  const added = Array.from({ length: 150 }, (_, index) => made(600 + index));
  stored.push(...added);
  for (const one of added) history.add([one]);
  expect(ids(history)).toHaveLength(250);
  look(history, 240, 249);
  expect(held(history)).toBe(5 * SIZE + 49);
  look(history, 0, 250);
  await new Promise((done) => setTimeout(done, 5));
  expect(held(history)).toBe(250);
  expect(ids(history)).toEqual([...ids(history)].sort((a, b) => b - a));
});

test("the newest are read again, and all of it when that is not enough", async () => {
  const history = new History(read);
  await history.more();
  stored.push(made(601));
  await history.refresh();
  expect(ids(history)).toHaveLength(11);
  stored.push(...Array.from({ length: 50 }, (_, index) => made(700 + index)));
  await history.refresh();
  expect(ids(history)).toEqual([749, 748, 747, 746, 745, 744, 743, 742, 741, 740]);
});

test("an error is told, and reading can go on", async () => {
  let fails = true;
  const history = new History((token) => (fails ? Promise.reject(new Error("away")) : read(token)));
  await history.more();
  expect(history.state().error).toEqual(new Error("away"));
  fails = false;
  await history.more();
  expect([history.state().error, history.state().rows.length]).toEqual([undefined, 10]);
});
