import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Loaded into each process of a system (NODE_OPTIONS --import): at SIGUSR2 it collects garbage and tells what it holds.
const folder = new URL(import.meta.url).searchParams.get('folder') ?? ''
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

process.on('SIGUSR2', () => {
  collect()
  // compiled code comes for as long as functions become hot, and goes when they are not called any more
  const heapBytes = getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !/code|trusted|read_only/.test(name))
    .reduce((sum, { space_used_size: bytes }) => sum + bytes, 0)
  const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
  const file = join(folder, `held-${process.pid}.json`)
  writeFileSync(`${file}.new`, JSON.stringify({ heapBytes, sockets }))
  renameSync(`${file}.new`, file)
})
