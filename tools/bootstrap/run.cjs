// npm scripts start here, with whatever Node the machine has. This file alone must parse on any Node ever released,
// so that an old one is told what to do instead of being shown a syntax error.
'use strict'

var runtime = process.versions.bun ? 'Bun' : process.versions.deno ? 'Deno' : ''
var major = Number(process.versions.node.split('.')[0])

if (runtime) {
  console.error(
    'Stoa runs on Node.js, not on ' + runtime + ': run it with "npm start" and Node 18 or newer on the PATH.',
  )
  process.exit(1)
} else if (!(major >= 18)) {
  console.error(
    'Stoa needs Node 18 or newer to start (it brings its own Node 26 for the rest), but this is ' +
      process.version +
      ': install a newer Node from https://nodejs.org and run this again.',
  )
  process.exit(1)
} else {
  void require('./load.cjs')()
}
