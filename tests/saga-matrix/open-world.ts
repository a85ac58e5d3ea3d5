import { eventually } from '@stoa/testing'
import { installHolds, letDrive } from './holds.ts'
import type { RunningSystem } from './running-system.ts'
import { openShop } from './shop.ts'
import type { World } from './world.ts'

/** Opens the shop of a system that has just been started, with one process of order or two. */
export async function openWorld(system: RunningSystem, random: () => number): Promise<World> {
  await installHolds(system)
  const shop = await openShop(system)
  const [buyer, suspect] = await Promise.all([shop.newCustomer(), shop.newCustomer('tok_fraud')])
  const orders = (await system.rows()).filter(({ service }) => service === 'order')
  const driver = orders.at(-1)
  if (driver === undefined) throw new Error('order does not run')
  const nameOfDriver = () =>
    eventually(async () => {
      const { pid } = (await system.rows()).find(({ instance }) => instance === driver.instance) ?? {}
      const own = (await system.instancesOf('order')).find(({ metadata }) => metadata['pid'] === String(pid))
      if (own?.metadata['instance'] === undefined) throw new Error(`${driver.instance} has not registered`)
      return own.metadata['instance']
    })
  return {
    system,
    shop,
    buyer,
    suspect,
    random,
    replicas: orders.length,
    driverUrl: `http://127.0.0.1:${driver.port}`,
    tried: new Set<string>(),
    steer: async () => letDrive(system, await nameOfDriver()),
    async killDriver() {
      await letDrive(system, undefined)
      await system.kill(driver.instance)
    },
    untilReady: system.untilReady,
  }
}
