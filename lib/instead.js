'use strict';
// Who builds an object in place of ferronet's constructor. Nobody does until lib/register/classes.js has put the
// constructors into Node's own modules: their code calls them for what only the built-in can be (pipes of children,
// stdio, TLS).

/** By class: (self, ...args) => what the constructor shall return, or undefined when it is ferronet's own work. */
const instead = { Socket: () => undefined, Server: () => undefined };

module.exports = instead;
