// A script that needs this package.
// oxlint-disable-next-line import/no-unassigned-import -- to load it is all that is measured
import 'io-selectors';
