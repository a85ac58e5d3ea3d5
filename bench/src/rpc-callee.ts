import { connectNodeAdapter } from '@connectrpc/connect-node'
import { InventoryRpc } from '@stoa/contracts/inventory/rpc_pb.js'
import { openPort, unaryStreams } from '@stoa/rpc'
import { benchMesh } from './bench-mesh.ts'

// A process that answers one method, by our way or by the library's; asked for its CPU time over the process channel.
const { confirm } = InventoryRpc.method
const isOurs = process.argv[2] !== 'library'
const folder = process.argv[3]
const port = await openPort({
  host: '127.0.0.1',
  port: 0,
  ...(folder === undefined ? {} : { mesh: benchMesh('inventory', folder) }),
  http1: (_request, response) => response.end(),
  http2: connectNodeAdapter({ routes: (router) => router.service(InventoryRpc, { confirm: () => ({}) }) }),
  ...(isOurs
    ? {
        takesStream: unaryStreams(
          new Map([
            [
              `/${InventoryRpc.typeName}/${confirm.name}`,
              { method: confirm, call: async (read) => (await read(), {}) },
            ],
          ]),
        ),
      }
    : {}),
})
process.on('message', () => process.send?.(process.cpuUsage()))
process.send?.(port.port)
