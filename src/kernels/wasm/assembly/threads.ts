// How threads work through programs together. One memory is shared by all; each thread has an instance of this module.
//
// The thread that programs are run from is number 0 and in charge. Each worker has a seat. It says there which version of the
// kernels it has loaded; the thread in charge says there which one is wanted, and invites the worker to a program if the two
// agree. So a worker takes part in all of a program or in nothing of it, and may come, load, fail or leave at any time
// between. All this stands in a block of control words that runtime/ allocates and clears.

// Each on a cache line of its own. Whoever sleeps until a word changes is counted in the 8 bytes after it.
const ARRIVED: usize = 0; // threads that have finished the present instruction
const PHASE: usize = 64; // counts the instructions that all have finished
const FAILED: usize = 128; // 1 more than the phase in which a kernel stopped last
const PROGRAM: usize = 192;
const COUNT: usize = 196;
const THREADS: usize = 200;
const PATIENCE: usize = 204; // how often a thread looks before it sleeps
const POSITION: usize = 256; // the instruction that the thread in charge is at

const seats: usize = 320;
const seatBytes: usize = 128;
const TURN: usize = 0; // changes when there is something new for the worker to see
const THREAD: usize = 64; // its number in the program that it is invited to; it takes the number away
const WANTED: usize = 68; // the version that it must have, or `dismissed`
const READY: usize = 72; // the version that it has while it looks out for work, or 0, or `gone`

const dismissed: i32 = -1;
const gone: i32 = -1;

type Kernel = (args: usize, thread: i32, threads: i32) => void;

/** The next block of an instruction; its first word counts them, so that a thread that is held up takes fewer. */
// @ts-expect-error: decorator
@inline
export function take(args: usize): i32 {
  return atomic.add<i32>(args, 1);
}

/** Waits until a word differs from `seen`. */
function awaitChange(word: usize, seen: i64, patience: i32, maySleep: bool): void {
  while (true) {
    for (let i = 0; i < patience; i++) if (atomic.load<i64>(word) != seen) return;
    if (!maySleep) continue;
    atomic.add<i32>(word + 8, 1);
    atomic.wait<i64>(word, seen, -1);
    atomic.sub<i32>(word + 8, 1);
  }
}

/** Changes a word and wakes those that wait for it. */
function advance(word: usize): void {
  atomic.add<i64>(word, 1);
  if (atomic.load<i32>(word + 8) != 0) atomic.notify(word, -1);
}

/** A thread has finished an instruction, or failed in it; the last of them opens the next. True if this was the last. */
function arrive(control: usize, args: usize, threads: i32): bool {
  if (atomic.add<i32>(control + ARRIVED, 1) < threads - 1) return false;
  if (args != 0) store<i32>(args, 0);
  atomic.store<i32>(control + ARRIVED, 0);
  advance(control + PHASE);
  return true;
}

/** One thread's part of a program: pairs of a kernel's place in the table and a pointer to its arguments. False if it failed. */
function run(control: usize, program: usize, count: i32, thread: i32, threads: i32, maySleep: bool): bool {
  const patience = load<i32>(control + PATIENCE);
  for (let i = 0; i < count; i++) {
    const args = load<u32>(program + (i << 3), 4);
    if (thread == 0) store<i32>(control + POSITION, i);
    const phase = atomic.load<i64>(control + PHASE);
    call_indirect<void>(load<u32>(program + (i << 3)), args, thread, threads);
    if (threads == 1) {
      store<i32>(args, 0);
      continue;
    }
    if (!arrive(control, args, threads)) awaitChange(control + PHASE, phase, patience, maySleep);
    if (atomic.load<i64>(control + FAILED) == phase + 1) return false;
  }
  return true;
}

// @ts-expect-error: decorator
@inline
function seatAt(control: usize, seat: i32): usize {
  return control + seats + <usize>seat * seatBytes;
}

function isReady(seat: usize): bool {
  const wanted = load<i32>(seat + WANTED);
  return wanted > 0 && atomic.load<i32>(seat + READY) == wanted;
}

/** How many workers could take part in a program now. */
export function ready(control: usize, count: i32): i32 {
  let ready = 0;
  for (let i = 0; i < count; i++) if (isReady(seatAt(control, i))) ready++;
  return ready;
}

/** Gives numbers from 1 to before `threads` to workers that are ready. Whoever was ready stays so, hence there are enough. */
function invite(control: usize, count: i32, threads: i32): void {
  let thread = 1;
  for (let i = 0; thread < threads && i < count; i++) {
    const seat = seatAt(control, i);
    if (!isReady(seat)) continue;
    atomic.store<i32>(seat + THREAD, thread++);
    advance(seat + TURN);
  }
}

/**
 * Runs a program on the calling thread and the workers that are ready, at most `limit` threads together, and returns when
 * all is done. False if a kernel failed in a worker. `count` is the number of seats.
 */
export function execute(
  control: usize,
  count: i32,
  program: usize,
  length: i32,
  limit: i32,
  maySleep: bool,
): bool {
  const threads = limit > 1 ? min(limit, 1 + ready(control, count)) : 1;
  store<i32>(control + THREADS, threads);
  if (threads > 1) {
    store<u32>(control + PROGRAM, program);
    store<i32>(control + COUNT, length);
    invite(control, count, threads);
  }
  return run(control, program, length, 0, threads, maySleep);
}

/** The instruction that the last program ended at. */
export function position(control: usize): i32 {
  return load<i32>(control + POSITION);
}

/**
 * A kernel failed in the calling thread, which so left the program. It arrives nevertheless, for the others to be told. The
 * thread in charge waits for them.
 */
export function fail(control: usize, inCharge: bool, maySleep: bool): void {
  const threads = load<i32>(control + THREADS);
  if (threads == 1) return;
  const phase = atomic.load<i64>(control + PHASE);
  atomic.store<i64>(control + FAILED, phase + 1);
  if (arrive(control, 0, threads) || !inCharge) return;
  awaitChange(control + PHASE, phase, load<i32>(control + PATIENCE), maySleep);
}

/** A worker's life between two visits to JavaScript, which end when it is to have another version of the kernels. */
export function serve(control: usize, index: i32, version: i32): void {
  const seat = seatAt(control, index);
  atomic.store<i32>(seat + READY, version);
  while (true) {
    const turn = atomic.load<i64>(seat + TURN);
    if (atomic.load<i32>(seat + WANTED) != version) break;
    const thread = atomic.load<i32>(seat + THREAD);
    if (thread == 0) {
      awaitChange(seat + TURN, turn, load<i32>(control + PATIENCE), true);
      continue;
    }
    store<i32>(seat + THREAD, 0);
    const program = load<u32>(control + PROGRAM);
    run(control, program, load<i32>(control + COUNT), thread, load<i32>(control + THREADS), true);
  }
  atomic.store<i32>(seat + READY, 0);
}

/** Asks the worker of a seat for a version of the kernels, or to leave. */
export function want(control: usize, index: i32, version: i32): void {
  const seat = seatAt(control, index);
  atomic.store<i32>(seat + WANTED, version);
  advance(seat + TURN);
}

/** Makes a seat ready for a new worker. */
export function clean(control: usize, index: i32): void {
  const seat = seatAt(control, index);
  store<i32>(seat + WANTED, dismissed);
  store<i32>(seat + THREAD, 0);
  atomic.store<i32>(seat + READY, 0);
}

/** The last that a worker does with this memory. */
export function leave(control: usize, index: i32): void {
  atomic.store<i32>(seatAt(control, index) + READY, gone);
}

export function hasLeft(control: usize, index: i32): bool {
  return atomic.load<i32>(seatAt(control, index) + READY) == gone;
}

/** The size of a block of control words for so many seats. */
export function controlBytes(count: i32): usize {
  return seats + <usize>count * seatBytes;
}

export function setPatience(control: usize, patience: i32): void {
  store<i32>(control + PATIENCE, patience);
}

/** Where memory begins that this module does not use itself. */
export function base(): usize {
  return __heap_base;
}
