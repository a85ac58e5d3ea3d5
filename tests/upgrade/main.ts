import { parseArgs } from 'node:util'
import { sourcesOf } from './sources.ts'
import { upgrade } from './upgrade.ts'

const help = `Usage: npm run upgrade -- --from REVISION|FOLDER [--seconds N]

Runs the shop of an earlier release under load, adds a process of this release for each service, moves to this release, and back:
no request may fail while both run, no order may be lost, and the records must agree after each step.
  --from R      a tag or commit, which is checked out and installed, or a folder with its packages
  --seconds N   duration of each phase under load (default: 10)
`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    from: { type: 'string' },
    seconds: { type: 'string', default: '10' },
  },
})
if (values.help === true || values.from === undefined) {
  console.log(help)
  process.exitCode = values.help === true ? 0 : 2
} else if (/^[1-9]\d{0,3}$/.test(values.seconds))
  process.exitCode = await run(values.from, Number(values.seconds) * 1_000)
else {
  console.error('--seconds is a whole number from 1 to 9999')
  process.exitCode = 2
}

async function run(from: string, forMs: number): Promise<number> {
  const sources = await sourcesOf(from)
  try {
    const options = { former: sources.root, forMs, onInterrupted: sources.remove }
    const { passed, failed } = await upgrade(options, (line) => console.log(line))
    console.log(`${passed} passed, ${failed} failed`)
    return failed === 0 ? 0 : 1
  } finally {
    await sources.remove()
  }
}
