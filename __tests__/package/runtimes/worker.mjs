// workerd finds no packages by name: this is the same file that `tokenflight/fetch` leads to.
import * as tokenflight from './node_modules/tokenflight/dist/esm/fetch.js'
import { scenario } from './scenario.mjs'

export default {
  async fetch(request) {
    return Response.json(await scenario(tokenflight, await request.json()))
  },
}
