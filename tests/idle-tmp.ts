import { bringUp } from '/work/main/tests/whole-system.ts'
import { askHeld, tellingHeld } from '/work/main/tests/fuzz/held.ts'
const system = await bringUp({ name: 'idle', settings: tellingHeld })
for (let i = 0; i < 14; i++) {
  const held = await askHeld(system)
  console.log(new Date().toISOString().slice(11,19), [...held].map(([k, h]) => `${k.replace('-1','')} ${(h.heapBytes/1048576).toFixed(2)}`).join(' '))
  await new Promise((r) => setTimeout(r, 40_000))
}
await system.stop()
