import { fsyncSync, openSync, writeSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'

// Burns a core; with a file, writes to it and syncs. It ends with the process that started it.
process.on('disconnect', () => process.exit())
const [, , path] = process.argv
const file = path === undefined ? undefined : openSync(path, 'w')
const block = Buffer.alloc(8_192, 'x')

for (;;) {
  if (file === undefined) burn()
  else {
    // in place, so that the disk does not fill
    writeSync(file, block, 0, block.length, 0)
    fsyncSync(file)
  }
  await turn()
}

function burn(): number {
  let sum = 0
  for (let round = 0; round < 5_000_000; round += 1) sum += Math.sqrt(round)
  return sum
}
