// Reports the loaded files of the repository to the supervisor, so that this process is restarted when one is saved.
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:') && !url.includes('/node_modules/')) process.send?.({ loaded: url })
    return nextLoad(url, context)
  },
})
