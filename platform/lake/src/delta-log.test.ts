import { expect, test } from 'vitest'
import {
  commitName,
  commitVersion,
  foldCommits,
  formatCommit,
  parseCommit,
  rowCountOf,
  type Action,
  type Snapshot,
} from './delta-log.ts'
import { newTable, removals, restoringActions } from './delta-table.ts'

function applyCommit(before: Snapshot | undefined, version: number, actions: readonly Action[]): Snapshot {
  const log = foldCommits(before)
  log.apply(version, actions)
  const after = log.snapshot()
  if (after === undefined) throw new Error('there is no snapshot')
  return after
}

const add = (path: string, numRecords = 1): Action => ({
  add: {
    path,
    partitionValues: {},
    size: 1,
    modificationTime: 0,
    dataChange: true,
    stats: JSON.stringify({ numRecords }),
  },
})
const begun = applyCommit(undefined, 0, newTable({ a: 'long' }, []))
const pathsOf = ({ files }: { readonly files: ReadonlyMap<string, unknown> }) => [...files.keys()].toSorted()

test('files are added and removed, and the last number of an application counts', () => {
  const first = applyCommit(begun, 1, [add('a', 3), add('b', 4), { txn: { appId: 'x', version: 7 } }])
  expect([pathsOf(first), rowCountOf(first), first.transactions.get('x')?.version]).toEqual([['a', 'b'], 7, 7])
  const second = applyCommit(first, 2, [...removals([{ path: 'a' }]), add('c'), { txn: { appId: 'x', version: 2 } }])
  expect([pathsOf(second), second.version, second.transactions.get('x')?.version]).toEqual([['b', 'c'], 2, 2])
  // what a reader still has is not changed by what comes later
  expect(pathsOf(first)).toEqual(['a', 'b'])
})

test('restores the files of an earlier version, also to none', () => {
  const first = applyCommit(begun, 1, [add('a'), add('b')])
  const second = applyCommit(first, 2, [...removals([{ path: 'a' }]), add('c')])
  expect(pathsOf(applyCommit(second, 3, restoringActions(second, first)))).toEqual(['a', 'b'])
  expect(pathsOf(applyCommit(second, 3, restoringActions(second, undefined)))).toEqual([])
})

test('a commit is one action a line, named by its version with 20 digits', () => {
  expect(commitName(12)).toBe('00000000000000000012.json')
  expect([commitVersion('00000000000000000012.json'), commitVersion('12.json'), commitVersion('.x.tmp')]).toEqual([
    12,
    undefined,
    undefined,
  ])
  const actions = [...newTable({ a: 'long' }, []), add('a')]
  expect(parseCommit(formatCommit(actions))).toEqual(JSON.parse(JSON.stringify(actions)))
})

test('refuses a table that needs a newer reader, and one without a schema', () => {
  const newer = [{ protocol: { minReaderVersion: 3, minWriterVersion: 7 } }]
  expect(() => applyCommit(begun, 1, newer)).toThrow('needs version 3')
  expect(() => applyCommit(undefined, 0, [add('a')])).toThrow('no schema')
})

test('a log of 20,000 commits is added up in the time of its commits, not of their square', () => {
  const log = foldCommits(begun)
  const beganAt = performance.now()
  for (let version = 1; version <= 20_000; version += 1) {
    log.apply(version, [add(`file-${version}`), ...removals([{ path: `file-${version - 100}` }])])
  }
  expect(log.snapshot()?.files.size).toBe(100)
  expect(performance.now() - beganAt).toBeLessThan(3_000)
})
