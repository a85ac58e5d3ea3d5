import { expect, test } from 'vitest'
import { isPassing, portTaken, refusalFor } from './start-failure.ts'

test('a port in use is named, with a fix', () => {
  expect(portTaken(5442).message).toContain('port 5442 of 127.0.0.1 is taken')
  const wrote =
    'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\nHINT:  Is another postmaster already running on port 5442?'
  expect(refusalFor(wrote).code).toBe('postgres.port_taken')
  expect(refusalFor(wrote).message).toContain('port 5442')
})

test('a full disk is told as one', () => {
  const wrote = 'FATAL:  could not write lock file "postmaster.pid": No space left on device'
  expect(refusalFor(wrote).code).toBe('postgres.disk_full')
  expect(refusalFor(wrote).message).toContain('free some')
})

test('anything else shows the last lines that the server wrote', () => {
  expect(refusalFor('one\nFATAL:  data directory has wrong ownership\n').message).toContain(
    'FATAL:  data directory has wrong ownership',
  )
})

test('what a killed server leaves for a moment is waited for', () => {
  expect(isPassing('FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use')).toBe(true)
  expect(isPassing('FATAL:  lock file "postmaster.pid" already exists')).toBe(true)
  expect(isPassing('FATAL:  could not create any TCP/IP sockets')).toBe(false)
})
