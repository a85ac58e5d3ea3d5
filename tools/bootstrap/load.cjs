// Apart from run.cjs because an old Node refuses a whole file in which it meets import().
'use strict'

module.exports = () => import('./main.mjs')
