// The definitions of Asio's TLS part, compiled here and nowhere else.
#include <boost/asio/ssl/impl/src.hpp>
