// Tells the supervisor which files of the repository this process has loaded, so that it is restarted when one is saved.
import { registerHooks } from 'node:module'

registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:') && !url.includes('/node_modules/')) process.send?.({ loaded: url })
    return nextLoad(url, context)
  },
})
