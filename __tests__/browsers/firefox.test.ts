import { runCases } from './cases/run-cases.js'
import { firefox } from './engines/firefox.js'

runCases(firefox)
