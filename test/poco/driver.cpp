// Asks POCO's sessions the sequences of sequences.txt, which comes in on standard input; see regenerate.sh.

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Thread.h>
#include <Poco/Timestamp.h>

#include <iostream>
#include <memory>
#include <sstream>
#include <string>

using namespace Poco::Net;
using Poco::Timespan;

namespace
{
	const int TIMEOUT_MS = 60;
	const int EARLY_MS = 150;
	const int ARRIVAL_MS = 15;

	/// What POCO protects for its stream classes.
	struct Session
	{
		virtual ~Session() = default;
		virtual HTTPSession& base() = 0;
		virtual int get() = 0;
		virtual int peek() = 0;
		virtual int read(char* buffer, int length) = 0;
		virtual int receive(char* buffer, int length) = 0;
		virtual int write(const char* buffer, int length) = 0;
		virtual int buffered() = 0;
		virtual void refill() = 0;
		virtual void connect(const SocketAddress& address) = 0;
		virtual void attach(const StreamSocket& socket) = 0;
		virtual void close() = 0;
		virtual void fail() = 0;
		virtual void clear() = 0;
	};

	template <class Base>
	struct Opened: Session, Base
	{
		using Base::Base;
		HTTPSession& base() override { return *this; }
		int get() override { return Base::get(); }
		int peek() override { return Base::peek(); }
		int read(char* buffer, int length) override { return Base::read(buffer, length); }
		int receive(char* buffer, int length) override { return Base::receive(buffer, length); }
		int write(const char* buffer, int length) override { return Base::write(buffer, length); }
		int buffered() override { return Base::buffered(); }
		void refill() override { Base::refill(); }
		void connect(const SocketAddress& address) override { Base::connect(address); }
		void attach(const StreamSocket& socket) override { Base::attachSocket(socket); }
		void close() override { Base::close(); }
		void fail() override { Base::setException(Poco::DataException("own")); }
		void clear() override { Base::clearException(); }
	};

	using Client = Opened<HTTPClientSession>;
	using Server = Opened<HTTPServerSession>;

	std::string nameOf(const Poco::Exception& error)
	{
		if (dynamic_cast<const InvalidSocketException*>(&error)) return "no-socket";
		if (dynamic_cast<const ConnectionResetException*>(&error)) return "reset";
		if (dynamic_cast<const Poco::TimeoutException*>(&error)) return "timeout";
		if (dynamic_cast<const Poco::DataException*>(&error)) return "own";
		return error.className();
	}

	std::string yesOrNo(bool value) { return value ? "true" : "false"; }

	std::string bytesOf(const std::string& hex)
	{
		std::string bytes;
		for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
			bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
		return bytes;
	}

	class Sequence
	{
	public:
		std::string ask(const std::string& step)
		{
			const auto colon = step.find(':');
			const std::string name = step.substr(0, colon);
			const std::string value = colon == std::string::npos ? "" : step.substr(colon + 1);
			try
			{
				return answer(name, value);
			}
			catch (const Poco::Exception& error)
			{
				return nameOf(error);
			}
		}

	private:
		std::string answer(const std::string& name, const std::string& value)
		{
			if (name == "client")
			{
				session.reset(new Client);
				session->base().setTimeout(Timespan(0, TIMEOUT_MS * 1000));
			}
			else if (name == "server")
			{
				StreamSocket far;
				far.connect(listener.address());
				peer = far;
				session.reset(new Server(listener.acceptConnection(), HTTPServerParams::Ptr(new HTTPServerParams)));
				session->base().setTimeout(Timespan(0, TIMEOUT_MS * 1000));
				session->base().socket().setReceiveTimeout(Timespan(0, TIMEOUT_MS * 1000));
			}
			else if (name == "connect")
			{
				session->connect(listener.address());
				if (!listener.poll(Timespan(0, EARLY_MS * 1000), Socket::SELECT_READ)) return "no-connection";
				peer = listener.acceptConnection();
			}
			else if (name == "peer") send(value);
			else if (name == "hex") send(bytesOf(value));
			else if (name == "flood") send(std::string(std::stoi(value), 'x'));
			else if (name == "fin") { peer.shutdownSend(); Poco::Thread::sleep(ARRIVAL_MS); }
			else if (name == "rst") { peer.setLinger(true, 0); peer.close(); Poco::Thread::sleep(ARRIVAL_MS); }
			else if (name == "sent?") return received();
			else if (name == "get") return std::to_string(session->get());
			else if (name == "peek") return std::to_string(session->peek());
			else if (name == "read") return text(session->read(buffer, std::stoi(value)));
			else if (name == "receive") return text(session->receive(buffer, std::stoi(value)));
			else if (name == "refill") { session->refill(); return std::to_string(session->buffered()); }
			else if (name == "write") return std::to_string(session->write(value.data(), value.size()));
			else if (name == "buffered") return std::to_string(session->buffered());
			else if (name == "connected") return yesOrNo(session->base().connected());
			else if (name == "close") session->close();
			else if (name == "abort") session->base().abort();
			else if (name == "fail") session->fail();
			else if (name == "clear") session->clear();
			else if (name == "exception?") return exception();
			else if (name == "keepAlive?") return yesOrNo(session->base().getKeepAlive());
			else if (name == "keepAlive") session->base().setKeepAlive(value == "true");
			else if (name == "timeout?") return std::to_string(session->base().getTimeout().totalMilliseconds());
			else if (name == "timeout") session->base().setTimeout(Timespan(0, std::stoi(value) * 1000));
			else if (name == "timed") return timed();
			else if (name == "detach") detached = session->base().detachSocket();
			else if (name == "reattach") session->attach(detached);
			else if (name == "own") session->attach(session->base().socket());
			else return "unknown step " + name;
			return "";
		}

		void send(const std::string& bytes)
		{
			peer.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
			Poco::Thread::sleep(ARRIVAL_MS);
		}

		std::string received()
		{
			Poco::Thread::sleep(ARRIVAL_MS);
			if (!peer.poll(Timespan(0, 0), Socket::SELECT_READ)) return "''";
			return text(peer.receiveBytes(buffer, sizeof buffer));
		}

		std::string exception()
		{
			const Poco::Exception* stored = session->base().networkException();
			return stored == nullptr ? "none" : nameOf(*stored);
		}

		std::string timed()
		{
			const Poco::Timestamp begun;
			try
			{
				return std::to_string(session->get());
			}
			catch (const Poco::TimeoutException&)
			{
				return begun.elapsed() < EARLY_MS * 1000 ? "early" : "late";
			}
		}

		std::string text(int length) { return "'" + std::string(buffer, length) + "'"; }

		ServerSocket listener{SocketAddress("127.0.0.1", 0)};
		std::unique_ptr<Session> session;
		StreamSocket peer;
		StreamSocket detached;
		char buffer[16384];
	};
}

int main()
{
	for (std::string line; std::getline(std::cin, line);)
	{
		line = line.substr(0, line.find(" |"));
		if (line.empty() || line[0] == '#') continue;
		Sequence sequence;
		std::istringstream steps(line);
		std::string answers;
		for (std::string step; steps >> step;)
		{
			const std::string answer = sequence.ask(step);
			if (!answer.empty()) answers += (answers.empty() ? "" : " ") + answer;
		}
		std::cout << line << " | " << answers << std::endl;
	}
}
