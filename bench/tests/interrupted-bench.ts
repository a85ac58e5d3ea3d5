import { spawn } from 'node:child_process'
import { interruptible, onInterrupt } from '../src/interrupts.ts'

// Run by a test as another process: starts something that runs until it is ended, and prints its pid.
await interruptible(async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)'], { stdio: 'ignore' })
  const ended = new Promise<void>((_, reject) =>
    child.once('exit', () => reject(new Error('what it measures has gone'))),
  )
  const forget = onInterrupt(() => {
    throw new Error('this was taken back')
  })
  forget()
  onInterrupt(async () => {
    child.kill()
    await new Promise((resolve) => setTimeout(resolve, 200))
    console.log('stopped')
  })
  console.log(child.pid)
  await ended
})
