import { runCases } from './cases/run-cases.js'
import { webkit } from './engines/webkit.js'

runCases(webkit)
