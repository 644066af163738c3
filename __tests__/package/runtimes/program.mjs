import * as tokenflight from 'tokenflight/fetch'
import { scenario } from './scenario.mjs'

console.log(JSON.stringify(await scenario(tokenflight, JSON.parse(process.argv.at(-1)))))
