// Runs first in every process of a supervisor: when the supervisor is gone (its end of the channel is closed), so is the
// process, by itself or by force.
const lastResortMs = 5_000

if (process.channel !== undefined) {
  process.once('disconnect', () => {
    setTimeout(() => process.exit(1), lastResortMs).unref()
    process.kill(process.pid, 'SIGTERM')
  })
  process.channel.unref()
}
