package io.gemforce.migrations.benchmarks;

import java.nio.file.Path;

import com.mongodb.client.MongoClient;

/**
 * What benchmarks measure on.
 *
 * @param server the MongoDB
 * @param observer a client that is not counted
 * @param directory where to put files
 * @param documents how many documents there are to change where there are many
 */
record Surroundings(BenchmarkServer server, MongoClient observer, Path directory, int documents) {

}
