/**
 * A WebAssembly module with one function, which writes the scalar products of a vector with many others. JavaScript has no vector
 * instructions: the same loop in it takes several times as long. The module is assembled here, so that no compiler is needed.
 */
const op = {
  loop: 0x03,
  end: 0x0b,
  branchIf: 0x0d,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  floatStore: 0x38,
  integer: 0x41,
  lessThan: 0x49,
  add: 0x6a,
  subtract: 0x6b,
  floatAdd: 0x92,
  vector: 0xfd,
} as const
const [i32, v128, noType] = [0x7f, 0x7b, 0x40]
const parameters = { query: 0, rows: 1, count: 2, rowBytes: 3, results: 4 } as const
const locals = { end: 5, place: 6, sum: 7, otherSum: 8 } as const

const get = (local: number) => [op.localGet, local]
const set = (local: number) => [op.localSet, local]
const load = (local: number, offset: number) => [...get(local), op.vector, 0x00, 0x04, offset]
const multiply = [op.vector, 0xe6, 0x01]
const addVectors = [op.vector, 0xe4, 0x01]
const zeroes = [op.vector, 0x0c, ...Array.from({ length: 16 }, () => 0)]
const laneOf = (local: number, lane: number) => [...get(local), op.vector, 0x1f, lane]
const advance = (local: number, bytes: number) => [...get(local), op.integer, bytes, op.add, ...set(local)]

/** Adds the products of four components, `offset` bytes from where the row and the query are, to a sum. */
const accumulate = (sum: number, offset: number) => [
  ...get(sum),
  ...load(parameters.rows, offset),
  ...load(locals.place, offset),
  ...multiply,
  ...addVectors,
  ...set(sum),
]

const body = [
  op.loop,
  noType,
  ...get(parameters.query),
  ...set(locals.place),
  ...get(parameters.rows),
  ...get(parameters.rowBytes),
  op.add,
  ...set(locals.end),
  ...zeroes,
  ...set(locals.sum),
  ...zeroes,
  ...set(locals.otherSum),
  op.loop,
  noType,
  ...accumulate(locals.sum, 0),
  ...accumulate(locals.otherSum, 16),
  ...advance(locals.place, 32),
  ...get(parameters.rows),
  op.integer,
  32,
  op.add,
  op.localTee,
  parameters.rows,
  ...get(locals.end),
  op.lessThan,
  op.branchIf,
  0,
  op.end,
  ...get(locals.sum),
  ...get(locals.otherSum),
  ...addVectors,
  ...set(locals.sum),
  ...get(parameters.results),
  ...laneOf(locals.sum, 0),
  ...laneOf(locals.sum, 1),
  op.floatAdd,
  ...laneOf(locals.sum, 2),
  ...laneOf(locals.sum, 3),
  op.floatAdd,
  op.floatAdd,
  op.floatStore,
  0x02,
  0x00,
  ...advance(parameters.results, 4),
  ...get(parameters.count),
  op.integer,
  1,
  op.subtract,
  op.localTee,
  parameters.count,
  op.branchIf,
  0,
  op.end,
  op.end,
]

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

const named = (name: string) => [name.length, ...new TextEncoder().encode(name)]
const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content]
const code = [2, 2, i32, 2, v128, ...body]
const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const moduleBytes = new Uint8Array([
  ...magic,
  ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 0]),
  ...section(2, [1, ...named('scan'), ...named('memory'), 0x02, 0x00, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...named('dots'), 0x00, 0]),
  ...section(10, [1, ...unsigned(code.length), ...code]),
])

/** Memory of WebAssembly, which only grows; `buffer` is another one after it has grown. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer
  readonly grow: (pages: number) => number
}

// the types of Node declare only a part of it
const { Memory, Module, Instance } = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => KernelMemory
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new (
        module: object,
        imports: { readonly scan: { readonly memory: KernelMemory } },
      ) => { readonly exports: { readonly dots: DotKernel } }
    }
  }
).WebAssembly

/** Makes memory of 64 KiB, which can grow to 4 GiB. */
export function makeKernelMemory(): KernelMemory {
  return new Memory({ initial: 1, maximum: 65_536 })
}

/**
 * Writes the scalar products of `query` with each of `count` rows to `results`; all are addresses in the memory. The length of a row
 * is a multiple of 32 bytes, and `count` is at least 1.
 */
export type DotKernel = (query: number, rows: number, count: number, rowBytes: number, results: number) => void

/** Makes the kernel for a memory. */
export function makeDotKernel(memory: KernelMemory): DotKernel {
  return new Instance(new Module(moduleBytes), { scan: { memory } }).exports.dots
}
