// Runs the programs of several services in one process: those that their settings are there for, all at once, as they
// wait for each other. What they have in common stands in files that they share.
const services = Object.keys(JSON.parse(process.env['PACKED_SETTINGS'] ?? '{}') as object)

await Promise.all(services.map((name) => import(new URL(`./${name}.js`, import.meta.url).href)))
