// Run by a test in place of the program of the benches: ends as its first argument says.
const [name] = process.argv.slice(2)
const figure = { bench: name, metric: 'calls', ours: 1, unit: '/s', settings: {} }

if (name === 'crashes') throw new TypeError('the callee ended')
if (name === 'hangs') setInterval(() => {}, 1_000)
else if (name !== 'silent') {
  console.log('not a figure')
  console.log(JSON.stringify(figure))
  if (name === 'misses') process.exitCode = 1
}
