import { createServer, type Server } from 'node:net'

// Below the ports that systems choose for outgoing connections (32768 on Linux, 49152 on macOS and by RFC 6335).
const range = { first: 20_480, last: 32_767 }
const blockSize = 64
const blocks = (range.last + 1 - range.first) / blockSize
const attempts = 1_000

interface Block {
  /** Listens on the first port of the block for as long as this process lives, so that no other one takes the block. */
  readonly guard: Server
  readonly base: number
  used: number
}

let block: Block | undefined

/**
 * A port of 127.0.0.1 that is free now and that no other system on this machine chooses for itself while this process lives: systems that start at
 * the same time listen a while after they have chosen. @throws Error if none is free
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (block === undefined || block.used === blockSize - 1) block = await takeBlock()
    if (block === undefined) continue
    block.used += 1
    const port = block.base + block.used
    if (await isFree(port)) return port
  }
  throw new Error('127.0.0.1 has no free port')
}

/** Takes a random block of ports; undefined if another process has it. */
async function takeBlock(): Promise<Block | undefined> {
  const base = range.first + Math.floor(Math.random() * blocks) * blockSize
  const guard = await listen(base)
  return guard && { guard: guard.unref(), base, used: 0 }
}

/** Whether nothing listens on a port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  const probe = await listen(port)
  if (probe === undefined) return false
  await new Promise((resolve) => probe.close(resolve))
  return true
}

/** Listens on a port of 127.0.0.1; resolves to undefined if it is taken, rejects for any other reason. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
